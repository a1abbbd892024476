"""To run it: `export DJANGO_SETTINGS_MODULE=django_shop.settings`, then `django-admin migrate --run-syncdb` and
`django-admin runserver`, with this folder's parent as the current one and in PYTHONPATH."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

SHOP_URL = os.environ.get("SHOP_URL", "http://localhost:8000")  # where M-PESA reaches us, https://shop.example.com
SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-tests")
ALLOWED_HOSTS = [urlsplit(SHOP_URL).hostname]  # callbacks come with this Host
INSTALLED_APPS = ["django_shop"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]
ROOT_URLCONF = "django_shop.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.db"}}  # in tests it is in memory
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
