from __future__ import annotations

from django.urls import path

from django_shop import views

urlpatterns = [
    path("orders", views.buy),
    path("orders/<int:number>", views.show),
    path("mpesa/callback/<str:token>", views.callback, name="mpesa-callback"),
]
