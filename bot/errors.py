"""Every error Visavis raises on purpose.

VisavisError
├── SettingsError              a setting is missing or makes no sense
├── ProjectError               a project file is wrong (file, line, what was expected)
├── ModelError                 a model archive cannot be used
│   ├── ModelDamaged           its digest or content does not add up
│   └── ModelMissing           there is none where one was expected
├── StorageError               PostgreSQL cannot do what was asked
│   ├── SchemaBehind           the database needs a migration first
│   ├── SchemaAhead            a newer version made it
│   └── StorageUnavailable     it does not answer, or not to us
├── BusUnavailable             Redis or Valkey does not answer
├── EmbeddedServerError        an embedded PostgreSQL or Valkey did not start
├── LeaseLost                  somebody else works on this conversation now
├── Refused                    input from outside that is not accepted
│   ├── BadPayload             not what the channel sends (400)
│   │   └── BadParameter       one parameter of a program's call (400)
│   ├── BadSignature           not signed by who it claims to be (401)
│   ├── UnknownAccount         no such channel or account here (404)
│   ├── UnknownConversation    no such conversation here (404)
│   ├── UnknownIntent          the domain has no such intent (404)
│   ├── UnknownProposal        no such sentence for trainers here (404)
│   ├── UnknownModel           no such model here (404)
│   ├── Conflict               somebody else was faster (409)
│   ├── PayloadTooLarge        more than is accepted (413)
│   ├── TooSlow                not sent in the time it may take (408)
│   ├── NotAllowed             this person may not do that (403)
│   └── TooManyAttempts        slow down (429)
├── MediaError                 a customer's file cannot be had
│   ├── MediaGone              the platform has it no more
│   ├── MediaRefused           too large, of no kind we take, or in a place we do not go to
│   └── MediaUnavailable       the platform does not answer now
├── PlatformUnavailable        a platform does not say now what belongs to a message
├── EngineError                the engine could not answer a turn
│   ├── EngineUnavailable      the server that is to answer does not
│   ├── NotOffered             this engine cannot do what a program asks of it
│   ├── BadEvent               what a program says happened is no event
│   └── UnknownAction          what a program wants done is no action
└── ActionError                an action failed or was not found
"""

from __future__ import annotations

from pathlib import Path


class VisavisError(Exception):
    """Root of the tree. `str()` of any of them may be shown to an operator."""


class SettingsError(VisavisError):
    """A setting is missing or makes no sense; the message says which and what to do."""


class ProjectError(VisavisError):
    """A project file is wrong.

    `line` counts from 1; None when the problem belongs to the whole file.
    """

    def __init__(self, path: Path | str, line: int | None, problem: str) -> None:
        """Hold where the problem is and what it is."""
        self.path, self.line, self.problem = Path(path), line, problem
        where = f"{path}:{line}" if line else str(path)
        super().__init__(f"{where}: {problem}")


class ModelError(VisavisError):
    """A model archive cannot be used."""


class ModelDamaged(ModelError):
    """The archive's digest or content does not add up."""


class ModelMissing(ModelError):
    """There is no model where one was expected."""


class StorageError(VisavisError):
    """PostgreSQL cannot do what was asked."""


class SchemaBehind(StorageError):
    """The database's schema is older than this version needs."""

    def __init__(self, found: str | None, needed: str) -> None:
        """Hold both revisions."""
        self.found, self.needed = found, needed
        super().__init__(
            f"the database is at schema {found or 'none'}, this version needs {needed}: "
            "stop the service, then run `visavis db upgrade`",
        )


class SchemaAhead(StorageError):
    """The database's schema is one this version does not know: there is no way back from it."""

    def __init__(self, found: str, known: str) -> None:
        """Hold both revisions."""
        self.found, self.known = found, known
        super().__init__(
            f"the database was made by a newer Visavis (found schema {found}, this version knows {known}): "
            "use that version",
        )


class StorageUnavailable(StorageError):
    """PostgreSQL does not answer, or not to us. `reason` is the first half of the message."""

    def __init__(self, reason: str, *, advice: str = "nothing new can be taken in") -> None:
        """Hold the reason; `advice` is what follows from it."""
        self.reason = reason
        super().__init__(f"{reason}: {advice}")


class BusUnavailable(VisavisError):
    """Redis or Valkey does not answer."""


class EmbeddedServerError(VisavisError):
    """An embedded PostgreSQL or Valkey did not start."""


class LeaseLost(VisavisError):
    """Somebody else works on this conversation now: what was computed must be dropped."""


class Refused(VisavisError):
    """Input from outside that is not accepted. `status` is the HTTP status to answer with."""

    status = 400
    code = "refused"


class BadPayload(Refused):
    """Not what the channel sends."""

    code = "bad_payload"


class BadParameter(BadPayload):
    """One parameter of a program's call. `place` is where it stands: query, path or body."""

    def __init__(self, name: str, place: str, problem: str) -> None:
        """Hold which one it is."""
        self.name, self.place = name, place
        super().__init__(problem)


class BadSignature(Refused):
    """Not signed by who it claims to be, or no secret is set to check it with."""

    status = 401
    code = "bad_signature"


class UnknownAccount(Refused):
    """No such channel or account here."""

    status = 404
    code = "unknown_account"


class UnknownConversation(Refused):
    """No such conversation here."""

    status = 404
    code = "unknown_conversation"


class UnknownIntent(Refused):
    """The domain has no such intent."""

    status = 404
    code = "unknown_intent"


class UnknownProposal(Refused):
    """No such sentence for trainers here."""

    status = 404
    code = "unknown_proposal"


class UnknownModel(Refused):
    """No such model here."""

    status = 404
    code = "unknown_model"


class Conflict(Refused):
    """Somebody else was faster: the thing is no longer in the state it was acted on in."""

    status = 409
    code = "conflict"


class PayloadTooLarge(Refused):
    """More than is accepted."""

    status = 413
    code = "too_large"


class TooSlow(Refused):
    """Not sent in the time it may take."""

    status = 408
    code = "too_slow"


class NotAllowed(Refused):
    """This person may not do that."""

    status = 403
    code = "not_allowed"


class TooManyAttempts(Refused):
    """Slow down."""

    status = 429
    code = "too_many_attempts"


class MediaError(VisavisError):
    """A customer's file cannot be had."""


class MediaGone(MediaError):
    """The platform has it no more."""


class MediaRefused(MediaError):
    """It is too large, of no kind that we take, or lies in a place that we do not go to."""


class MediaUnavailable(MediaError):
    """The platform does not answer now: try later."""


class PlatformUnavailable(VisavisError):
    """A platform does not say now what belongs to a message that it told in part: it must tell it again."""


class EngineError(VisavisError):
    """The engine could not answer a turn; the conversation goes to a person."""


class EngineUnavailable(EngineError):
    """Real Rasa does not answer, or is not there."""


class NotOffered(EngineError):
    """This engine cannot do what a program asks of it."""


class BadEvent(EngineError):
    """What a program says happened is no event. `number` is its place in the list, from 0."""

    def __init__(self, number: int, problem: str) -> None:
        """Hold where it stands and what is wrong with it."""
        self.number, self.problem = number, problem
        super().__init__(f"event {number} of the list cannot be read: {problem}")


class UnknownAction(EngineError):
    """What a program wants done is no action."""

    def __init__(self, name: str) -> None:
        """Hold the name."""
        self.name = name
        super().__init__(f"there is no action `{name}`: neither the domain nor Rasa's defaults have it")


class ActionError(VisavisError):
    """An action failed or was not found."""
