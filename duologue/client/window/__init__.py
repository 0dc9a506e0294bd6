"""The desktop window: the third view of the client, made with Tkinter (docs/window.md).

What the windows show is decided without Tk: in `presenter` with what it hears (`hear_*`), in `talk`, `scroll`, `people`
and `words`. `worker` and `bridge` join the two event loops; the others are widgets.
"""
