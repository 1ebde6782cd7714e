"""Routers of the API, all alike: under /api/v1, conditional, strict about parameters."""

from fastapi import APIRouter, Depends

from api.conditional import ConditionalRoute
from api.deps import current_officer, known_parameters

PREFIX = "/api/v1"


def public_router(name: str, tag: str) -> APIRouter:
    """A router anybody may ask."""
    return _router(name, tag)


def officials_router(name: str, tag: str) -> APIRouter:
    """A router for signed-in officials; what each of them may do is decided in the services."""
    router = _router(name, tag)
    router.dependencies.append(Depends(current_officer))
    return router


def _router(name: str, tag: str) -> APIRouter:
    return APIRouter(
        prefix=PREFIX,
        tags=[tag],
        route_class=ConditionalRoute,
        dependencies=[Depends(known_parameters)],
        generate_unique_id_function=lambda route: route.name.removeprefix("api_") or name,
    )
