"""Each surface is a function of the world, the case's folder, the generator of the case, and the story that a finding reports."""
from . import arguments, content, forged, login, manifest, provider, sealed, service, settings, spool

SURFACES = {
    "arguments": arguments.run,
    "content": content.run,
    "forged": forged.run,
    "login": login.run,
    "manifest": manifest.run,
    "provider": provider.run,
    "sealed": sealed.run,
    "service": service.run,
    "settings": settings.run,
    "spool": spool.run,
}
