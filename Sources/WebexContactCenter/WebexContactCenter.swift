// WebexContactCenter
