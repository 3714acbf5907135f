"""Dovecot and Postfix from Debian's packages, run in a temporary folder on free ports of loopback.

Postfix takes submissions over STARTTLS, asks Dovecot for the passwords and delivers into the mailboxes that
Dovecot shows. Mail for `far.example` goes on to a server of the test. Both need root to start, as they
give up its rights themselves; where we are not root, `sudo -n` is asked.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mailservers.certificate import write_certificate

PASSWORD = "an-app-password"
US, ANN = "help@shop.example", "ann@example.org"
BUSY, BLOCKED = "busy@example.org", "blocked@example.org"
OWNER = 65534  # nobody: whose files the mails are
AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
PATIENCE = 20.0  # seconds until a server answers
ENDS_WITH_US = ["setpriv", "--pdeathsig", "TERM"]  # also where these tests are killed

DOVECOT = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
mail_location = maildir:{folder}/mail/%n
first_valid_uid = 1
auth_username_format = %n
auth_failure_delay = 0
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
imap_idle_notify_interval = 30 secs
mailbox_idle_check_interval = 5 secs
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner} home={folder}/mail/%n allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener {folder}/auth {{
    mode = 0666
  }}
}}
"""
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = /dev/stdout
myhostname = mx.shop.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
message_size_limit = 2000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
virtual_mailbox_domains = shop.example, example.org
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ {{ help@shop.example = help/ }}, {{ ann@example.org = ann/ }},
  {{ busy@example.org = busy/ }}, {{ blocked@example.org = blocked/ }} }}
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{owner}
transport_maps = inline:{{ {{ far.example = smtp:[127.0.0.1]:{far} }} }}
smtp_tls_security_level = none
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_security_level = encrypt
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {folder}/auth
smtpd_tls_auth_only = yes
smtpd_recipient_restrictions =
  check_recipient_access inline:{{
    {{ busy@example.org = 451 4.2.1 The mailbox is busy, try again in 90 seconds }},
    {{ blocked@example.org = 550 5.7.1 Mail from you is not wanted here }} }},
  permit_sasl_authenticated, reject
"""
MASTER = """
{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServers:
    """Where they listen. `far` is the port of the server that mail for `far.example` goes to."""

    folder: Path
    imap: int
    imaps: int
    smtp: int
    far: int

    @property
    def options(self) -> dict[str, str]:
        """The options of an account on them."""
        return {
            "address": US,
            "name": "The Shop",
            "password": PASSWORD,
            "imap_host": "localhost",
            "imap_port": str(self.imaps),
            "smtp_host": "localhost",
            "smtp_port": str(self.smtp),
            "smtp_security": "starttls",
            "sent_mailbox": "Sent",
            "ca_file": str(self.folder / "cert.pem"),
        }

    def forget_numbers(self, name: str) -> None:
        """Have Dovecot number the mails of a mailbox anew: its lists are lost.

        It names a numbering by the second in which it begins: the new one must not begin in that of the old.
        """
        time.sleep(1.1)
        lists = [str(path) for path in (self.folder / "mail" / name).glob("dovecot*")]
        subprocess.run([*AS_ROOT, "rm", "-f", *lists], check=True)


def find_missing() -> str | None:
    """Say in words what is missing to run them, None where all is there."""
    if shutil.which("dovecot") is None or shutil.which("postfix") is None:
        return "Dovecot and Postfix are not installed (Debian: apt-get install dovecot-imapd postfix)"
    if AS_ROOT and subprocess.run([*AS_ROOT, "true"], check=False, capture_output=True).returncode:
        return "Dovecot and Postfix need root to start, and sudo asks for a password"
    return None


@contextmanager
def run_mail_servers() -> Iterator[MailServers]:
    """Start both, and stop them at the end."""
    folder = Path(tempfile.mkdtemp(prefix="visavis-mail-"))
    folder.chmod(0o755)  # each server has users of its own, who must get here
    imap, imaps, smtp, far = find_free_ports(4)
    servers = MailServers(folder=folder, imap=imap, imaps=imaps, smtp=smtp, far=far)
    write_files(servers)
    prepare(folder)
    running: list[subprocess.Popen[bytes]] = []
    try:
        with (folder / "output.log").open("wb") as output:
            commands = (
                ["dovecot", "-F", "-c", str(folder / "dovecot.conf")],
                ["postfix", "-c", str(folder / "postfix"), "start-fg"],
            )
            running.extend(
                subprocess.Popen([*AS_ROOT, *ENDS_WITH_US, *command], stdout=output, stderr=output)
                for command in commands
            )
            for port in (imap, imaps, smtp):
                wait_for(port, servers)
            yield servers
    finally:
        stop(folder)
        for process in running:
            process.wait(timeout=PATIENCE)
        subprocess.run([*AS_ROOT, "rm", "-rf", str(folder)], check=False)


def find_free_ports(number: int) -> list[int]:
    """Return ports of loopback that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def write_files(servers: MailServers) -> None:
    """Write the configurations and a certificate."""
    folder = servers.folder
    (folder / "postfix").mkdir()
    write_certificate(folder)
    facts = {
        "folder": folder,
        "password": PASSWORD,
        "owner": OWNER,
        "imap": servers.imap,
        "imaps": servers.imaps,
        "smtp": f"127.0.0.1:{servers.smtp}",
        "far": servers.far,
    }
    (folder / "dovecot.conf").write_text(DOVECOT.format(**facts))
    (folder / "postfix" / "main.cf").write_text(MAIN.format(**facts))
    (folder / "postfix" / "master.cf").write_text(MASTER.format(**facts))


def prepare(folder: Path) -> None:
    """Make the folders with the owners that the servers want."""
    for name in ("run", "state", "mail", "queue", "data"):
        (folder / name).mkdir()
    commands = (
        ["chown", f"{OWNER}:{OWNER}", str(folder / "mail")],
        ["chown", "-R", "root:root", str(folder / "queue"), str(folder / "postfix"), str(folder / "run")],
        ["chown", "postfix", str(folder / "data")],
        ["chmod", "700", str(folder / "data")],
    )
    for command in commands:
        subprocess.run([*AS_ROOT, *command], check=True)


def wait_for(port: int, servers: MailServers) -> None:
    """Return when somebody listens on a port."""
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > ends:
                raise RuntimeError((servers.folder / "output.log").read_text()) from None
            time.sleep(0.05)
        else:
            return


def stop(folder: Path) -> None:
    """Tell both to end."""
    subprocess.run(
        [*AS_ROOT, "postfix", "-c", str(folder / "postfix"), "stop"], check=False, capture_output=True
    )
    subprocess.run([*AS_ROOT, "doveadm", "-c", str(folder / "dovecot.conf"), "stop"], check=False)
