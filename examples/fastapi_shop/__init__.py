"""A tea shop on FastAPI that is paid by STK push, async throughout. Read app.py first, then orders.py and mpesa.py."""
