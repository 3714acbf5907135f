"""Where customers' files lie: a folder of this machine, or a bucket that several machines share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.errors import MediaGone, StorageUnavailable

if TYPE_CHECKING:
    from pathlib import Path


class FileStore:
    """Keeps files under keys. `place`: a folder, or an address such as `s3://bucket/prefix`.

    A bucket's credentials are taken from the environment, as its provider's own tools do
    (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_ENDPOINT_URL`, …). Nothing is opened before a file is
    kept or read: most processes never do, and the library is 9 MB.
    """

    def __init__(self, place: str | Path) -> None:
        self._place = place
        self._opened: Any = None

    async def put(self, key: str, content: bytes) -> None:
        """Keep a file; the same again changes nothing. Raises `StorageUnavailable`."""
        store = self._open()
        try:
            await store.put_async(key, content)
        except Exception as error:
            raise _unavailable(error) from error

    async def get(self, key: str) -> bytes:
        """Return a file. Raises `MediaGone` where there is none, `StorageUnavailable`."""
        store = self._open()
        try:
            found = await store.get_async(key)
            return bytes(await found.bytes_async())
        except FileNotFoundError as error:
            raise MediaGone("the file is not in the store any more") from error
        except Exception as error:
            raise _unavailable(error) from error

    async def delete(self, keys: list[str]) -> None:
        """Delete files; those that are not there are no matter. Raises `StorageUnavailable`."""
        if not keys:
            return
        store = self._open()
        for key in keys:
            try:
                await store.delete_async(key)
            except FileNotFoundError:
                continue
            except Exception as error:
                raise _unavailable(error) from error

    async def list_keys(self, folder: str) -> list[str]:
        """Return the keys of the files in a folder, `/` at its end. Raises `StorageUnavailable`."""
        if not isinstance(self._place, str) and not (self._place / folder).exists():
            return []  # nobody ever put a file there: what looks for old ones need not load the library
        store = self._open()
        try:
            return [str(each["path"]) async for batch in store.list(folder) for each in batch]
        except Exception as error:
            raise _unavailable(error) from error

    def _open(self) -> Any:
        if self._opened is None:
            # Not at the top of the file: see the class.
            from obstore.store import LocalStore, from_url  # noqa: PLC0415 - see above

            try:
                if isinstance(self._place, str):
                    self._opened = from_url(self._place)
                else:
                    self._opened = LocalStore(self._place, mkdir=True)
            except Exception as error:
                raise _unavailable(error) from error
        return self._opened


def _unavailable(error: Exception) -> StorageUnavailable:
    # Its words may hold addresses with credentials.
    return StorageUnavailable(
        f"the store of files does not work ({type(error).__name__})", advice="files cannot be kept or read"
    )
