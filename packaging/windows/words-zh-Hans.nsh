; What the installer says in Simplified Chinese, beside what NSIS has.
!define WORDS ${LANG_SIMPCHINESE}
LangString WHAT_IT_IS ${WORDS} "通过 SOCKS 上游转发的 HTTP 代理"
LangString AT_LOGIN ${WORDS} "登录时启动"
LangString ON_PATH ${WORDS} "添加到 PATH"
LangString SETTINGS ${WORDS} "设置"
LangString RUN_NOW ${WORDS} "启动 Drawbridge"
LangString ENDING ${WORDS} "正在退出运行中的 Drawbridge"
LangString HEALING ${WORDS} "正在恢复系统代理"
LangString NOT_HEALED ${WORDS} "无法恢复系统原来的代理设置，因此什么也没有删除。$\r$\n$\r$\n$report"
LangString NOT_ENDED ${WORDS} "有一个 Drawbridge 程序无法从这里结束：它是系统服务（请以管理员身份运行：drawbridge service uninstall --system），或由管理员启动。什么也没有删除。"
LangString ABOUT_PROGRAMS ${WORDS} "图标、窗口和命令行。"
LangString ABOUT_AT_LOGIN ${WORDS} "图标会自动出现。以后可以在设置中更改。"
LangString ABOUT_ON_PATH ${WORDS} "使终端能找到 drawbridge 命令。对之后打开的终端有效。"
LangString ABOUT_SETTINGS ${WORDS} "你的上游、它们的密码和规则。不勾选则保留，供下次安装使用。"
!undef WORDS
