"""What people type is at fault in places that have names."""

from collections.abc import Mapping, Sequence


class BadFieldsError(ValueError):
    """What a person typed is at fault; `fields` has sentences by field."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        super().__init__(" ".join(one for some in fields.values() for one in some))
        self.fields = {field: list(some) for field, some in fields.items()}
