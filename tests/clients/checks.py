"""The least that a list of checks needs: they run in order, each says how it went, and the last
line counts them."""

import signal
import sys
import traceback

# A client that pages for ever must not hold up the others.
PATIENCE_SECONDS = 30

_checks = []


def check(function):
    """Adds a check under the name of its function."""
    _checks.append((function.__name__, function))
    return function


def equal(found, expected):
    """Refuses anything but the expected value, and shows both."""
    if found != expected:
        raise AssertionError(f"expected {expected!r}, found {found!r}")


def raises(kind, action):
    """The error of that kind which the action raises."""
    try:
        found = action()
    except kind as error:
        return error
    raise AssertionError(f"expected {kind.__name__}, found {found!r}")


def _too_late(_signal, _frame):
    raise TimeoutError(f"no end after {PATIENCE_SECONDS} s")


def run(prefix, *arguments):
    """Runs all checks with the same arguments; gives how many passed and how many failed."""
    passed = failed = 0
    signal.signal(signal.SIGALRM, _too_late)
    for name, function in _checks:
        signal.alarm(PATIENCE_SECONDS)
        try:
            function(*arguments)
        except Exception:  # Whatever a client may raise, the next check is run.
            failed += 1
            print(f"test {prefix}::{name} ... FAILED")
            traceback.print_exc(file=sys.stdout)
        else:
            passed += 1
            print(f"test {prefix}::{name} ... ok")
        finally:
            signal.alarm(0)
    return passed, failed


def finish(counts):
    """Prints the sum and ends the process."""
    passed = sum(count[0] for count in counts)
    failed = sum(count[1] for count in counts)
    word = "FAILED" if failed else "ok"
    print(f"test result: {word}. {passed} passed; {failed} failed")
    sys.exit(1 if failed else 0)
