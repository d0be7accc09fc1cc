"""The garbage collector, told what never becomes garbage."""

import gc


def settle() -> None:
    """To be called once everything is loaded: the program itself is not looked through again.

    Templates, models and catalogues are some hundred thousand objects that live as long as the process. Looking through
    them costs a tenth of a page, and now and then a page that waits for it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
