"""A tea shop on Django that is paid by STK push. Read views.py first, then models.py and mpesa.py."""
