revision = """a
b"""
down_revision = None
x = lambda *a, **k: (yield)
match x:
    case [1, *_]: ...
