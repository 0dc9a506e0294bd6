"""The desktop window: the third view of the client, built with Tkinter (docs/window.md).

What the windows show is decided without Tk: in `presenter` and its handlers of events (`hear_*`), in `talk`, `scroll`,
`people` and `words`. `worker` and `bridge` join the two event loops; the other modules are widgets.
"""
