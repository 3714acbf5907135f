"""Pure dialogue: (tracker, understanding) → which action next, which slots, what is said.

It behaves as Rasa 3.6 does (`tests/conversations` compares them), except that on purpose

- of several equally long rules the first in the files wins, where Rasa's choice is arbitrary;
- a new session repeats the last value of each slot, where Rasa repeats every slot event;
- stray braces in a template stay as they are, where Rasa fails;
- looking back and taking back have a bound (`window`);
- the channel `rest` answers to Rasa's name for it, `collector`, as well.

And in `engines.native`, for the sake of customers: an action that fails, and actions without end,
hand the conversation to a person; a session does not expire while the bot is paused; a resumed bot
listens before it hears, so that the first message is understood.
"""
