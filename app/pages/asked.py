"""What a reader asked for, and the addresses of pages: of this page in each language, and of the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote


class Language(StrEnum):
    """The language of a page. Chinese has the plain address; English has `?lang=en` behind it."""

    ZH = "zh-CN"
    EN = "en"

    def say(self, zh: str, en: str) -> str:
        """The words in this language."""
        return zh if self is Language.ZH else en

    @property
    def other(self) -> Language:
        return Language.EN if self is Language.ZH else Language.ZH


def language_of(given: Mapping[str, str]) -> Language:
    """The language that the parameters name; Chinese, in which the documents are, unless they say English."""
    return Language.EN if given.get("lang", "").lower().partition("-")[0] == "en" else Language.ZH


def address(path: str, parameters: Mapping[str, str | int | None]) -> str:
    """A path with these parameters behind it, those that are None left out; what is Chinese in it is encoded."""
    pairs = "&".join(
        f"{quote(name, safe='')}={quote(str(value), safe=',:')}"
        for name, value in parameters.items()
        if value is not None
    )
    return quote(path, safe="/:@!$&'()*+,;=-._~") + (f"?{pairs}" if pairs else "")


@dataclass(frozen=True)
class Asked:
    """A request for a page. `base` is where the service is reached; `kept` are the parameters that make the page.

    Parameters that no page knows (those that messengers and campaigns append) change nothing and are in no link.
    """

    base: str
    path: str
    language: Language = Language.ZH
    release: int | None = None
    kept: Mapping[str, str] = field(default_factory=dict)

    def url(self, path: str, **parameters: str | int | None) -> str:
        """The address of another page in the same language and, where one is pinned, of the same release."""
        return address(path, {**parameters, "release": self.release, "lang": self._lang(self.language)})

    def api(self, path: str, **parameters: str | int | None) -> str:
        """The address of an answer of the API, of the same release."""
        return address(path, {**parameters, "release": self.release})

    def pinned(self, href: str) -> str:
        """An address of the API that is whole already, of the same release."""
        return href if self.release is None else f"{href}{'&' if '?' in href else '?'}release={self.release}"

    def rows(self, href: str) -> str:
        """The page that shows the rows of a list of the API, in the same language and of the same release."""
        path, _, query = href.removeprefix("/v1/").partition("?")
        more = address("", {"release": self.release, "lang": self._lang(self.language)})[1:]
        return f"/datasets/{path}/rows" + (f"?{'&'.join(filter(None, (query, more)))}" if query or more else "")

    def here(self, language: Language) -> str:
        """This page in a language, as a link."""
        return address(self.path, {**self.kept, "release": self.release, "lang": self._lang(language)})

    def canonical(self, language: Language) -> str:
        """The whole address of this page, of whichever release is the newest."""
        return self.base + address(self.path, {**self.kept, "lang": self._lang(language)})

    @staticmethod
    def _lang(language: Language) -> str | None:
        return "en" if language is Language.EN else None
