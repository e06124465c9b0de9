; What the installer says in English, beside what NSIS has.
!define WORDS ${LANG_ENGLISH}
LangString WHAT_IT_IS ${WORDS} "HTTP proxy that relays through a SOCKS endpoint"
LangString AT_LOGIN ${WORDS} "Start at login"
LangString ON_PATH ${WORDS} "Add to PATH"
LangString SETTINGS ${WORDS} "Settings"
LangString RUN_NOW ${WORDS} "Start Drawbridge"
LangString ENDING ${WORDS} "Ending the Drawbridge that runs"
LangString HEALING ${WORDS} "Giving back the system's proxy"
LangString NOT_HEALED ${WORDS} "The system's own proxy setting could not be given back, so nothing was removed.$\r$\n$\r$\n$report"
LangString NOT_ENDED ${WORDS} "A program of Drawbridge cannot be ended from here: a service (end it as an administrator by: drawbridge service uninstall --system), or one that an administrator has started. Nothing was removed."
LangString ABOUT_PROGRAMS ${WORDS} "The icon, the window, and the command line."
LangString ABOUT_AT_LOGIN ${WORDS} "The icon comes by itself. It can be changed later, in the settings."
LangString ABOUT_ON_PATH ${WORDS} "So that terminals find the command drawbridge. It counts for those that are opened afterwards."
LangString ABOUT_SETTINGS ${WORDS} "Your upstreams, their passwords, and your rules. Without this tick they stay for the next installation."
!undef WORDS
