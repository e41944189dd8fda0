/* Says below a condition, while it is typed, what it means or where it is wrong. */
(() => {
  const AFTER_MS = 300;

  const follow = (field, address, token) => {
    const told = document.createElement("p");
    told.setAttribute("role", "status");
    told.className = "mt-2";
    field.after(told);
    let timer = 0;
    let asked = 0;

    const check = async () => {
      const mine = ++asked;
      const body = new URLSearchParams({ text: field.value });
      const headers = { "X-CSRFToken": token };
      try {
        const answer = await fetch(address, { method: "POST", body, headers });
        const { words, problems } = await answer.json();
        if (mine !== asked || !answer.ok) return;
        told.textContent = problems.length
          ? problems.map((one) => one.text).join("\n")
          : words;
        told.style.whiteSpace = "pre-line";
        field.setAttribute("aria-invalid", String(problems.length > 0));
      } catch {
        // What is wrong is said again when it is saved.
      }
    };
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(check, AFTER_MS);
    });
    check();
  };

  addEventListener("DOMContentLoaded", () => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    const base = location.pathname.match(/^.*\/alerts\/signal\//);
    if (!token || !base) return;
    for (const name of ["expression", "closes_when"]) {
      const field = document.querySelector(`textarea[name=${name}]`);
      if (field) follow(field, `${base[0]}check/`, token.value);
    }
  });
})();
