"""The server's certificate, reread when its files change. Sessions that are open keep the one that they began with."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

log = logging.getLogger(__name__)


class Certificate:
    """`context` serves TLS 1.2 or newer from the first byte. Raises OSError or ssl.SSLError when the files do not
    serve.
    """

    def __init__(self, cert: Path, key: Path) -> None:
        self._files = cert, key
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._seen = self._stamp()
        self.context.load_cert_chain(cert, key)

    def refresh(self) -> None:
        """Load the files again if they have changed. While they do not serve, the certificate before stays."""
        try:
            stamp = self._stamp()
            if stamp == self._seen:
                return
            self._check()
        except (OSError, ssl.SSLError) as error:
            log.warning("certificate not reread", extra={"reason": str(error)})
            return
        self.context.load_cert_chain(*self._files)
        self._seen = stamp
        log.info("certificate reread")

    def _stamp(self) -> tuple[tuple[int, int], ...]:
        return tuple((stat.st_mtime_ns, stat.st_size) for stat in (path.stat() for path in self._files))

    def _check(self) -> None:
        # A new certificate whose key is not there yet must not get into the context that serves.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*self._files)
