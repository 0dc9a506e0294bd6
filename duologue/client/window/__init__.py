"""The desktop window: the third face of the client, made with Tkinter (docs/window.md).

What the windows show is decided without Tk: in `desk` with what it hears (`hear_*`), in `talk`, `scroll`, `people` and
`words`. `worker` and `bridge` join the two event loops; the others are widgets.
"""
