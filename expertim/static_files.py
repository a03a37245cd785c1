"""How CSS, scripts and pictures are kept: each under a name that changes with its content."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # it has no types
    """Names within scripts change too: a module finds the version of another that it was made for."""

    support_js_module_import_aggregation = True
