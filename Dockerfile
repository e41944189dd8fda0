# syntax=docker/dockerfile:1
# One image, four roles: the command decides (see docker-compose.yml).

FROM node:24-slim AS pages
WORKDIR /build
COPY frontend/package.json frontend/package-lock.json frontend/
RUN cd frontend && npm ci --no-audit --no-fund
COPY frontend frontend
COPY templates templates
RUN cd frontend && npm run build

FROM python:3.13-slim AS packages
COPY requirements.txt requirements-setup.txt ./
RUN pip install --no-cache-dir "$(grep ^uv== requirements-setup.txt)" \
    && uv venv /venv \
    && uv pip install --no-cache --python /venv/bin/python -r requirements.txt

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home board && mkdir -p /data/features && chown -R board /data
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py ./
COPY scalpaiboard scalpaiboard
COPY accounts accounts
COPY markets markets
COPY alerts alerts
COPY ai_assistant ai_assistant
COPY templates templates
COPY --from=pages /build/frontend/dist frontend/dist
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
USER board
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
# Alone, the image is the whole product on SQLite.
CMD ["python", "manage.py", "board", "--host", "0.0.0.0"]
