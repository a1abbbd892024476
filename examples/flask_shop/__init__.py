"""A tea shop on Flask and SQLite that is paid by STK push. Read app.py first, then orders.py and mpesa.py."""
