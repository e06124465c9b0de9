; The installer: for one user, without an administrator. "dist" builds it, with these names defined:
;   VERSION, NUMBERS   1.2.3-rc.1 and 1.2.3.0
;   FILES              the folder with what is installed
;   SETUP              the program that does what NSIS cannot do well; it is run, and not installed
;   OUT                the installer's file
;   SIGN               a command that signs the file it is given; may be missing
;
; On the command line it takes:
;   /S                 silent; without more, an upgrade keeps what was chosen before
;   /AUTOSTART=1|0     start at login, or not
;   /ADDPATH=1|0       put the folder on the user's PATH, or not
;   /LANG=1033|2052    English or Chinese, whatever the system's language is
;   /D=FOLDER          where to, as the last one and without quotation marks
; and the uninstaller:
;   /S                 silent; it keeps the settings
;   /PURGE             removes the settings, too
; Its exit code is 3 if the system's proxy could not be given back, and 4 if what runs could not be ended: then all of it is
; still there. Only with _?=FOLDER as the last argument does it wait to tell.
Target amd64-unicode
Unicode true
SetCompressor /SOLID lzma
ManifestDPIAware true
ManifestLongPathAware true
ManifestSupportedOS all
RequestExecutionLevel user

!include MUI2.nsh
!include LogicLib.nsh
!include FileFunc.nsh
!include Sections.nsh

Name Drawbridge
OutFile "${OUT}"
BrandingText "Drawbridge ${VERSION}"
InstallDir "$LOCALAPPDATA\Programs\Drawbridge"

!define KEY Software\Microsoft\Windows\CurrentVersion\Uninstall\Drawbridge
!define ID io.github.drawbridge_app.Drawbridge
!define LOGIN Software\Microsoft\Windows\CurrentVersion
!define APPROVED ${LOGIN}\Explorer\StartupApproved\Run
!define SERVICE SYSTEM\CurrentControlSet\Services\drawbridge
InstallDirRegKey HKCU "${KEY}" InstallLocation

; Exit codes beside NSIS's own (1 cancelled, 2 failed): why the uninstaller has removed nothing.
!define EXIT_PROXY 3
!define EXIT_RUNNING 4
; Those of the program in SETUP, beside 0 and failures.
!define ICON 10

!ifdef SIGN
	!finalize '"${SIGN}" "%1"'
	!uninstfinalize '"${SIGN}" "%1"'
!endif

VIProductVersion ${NUMBERS}
VIAddVersionKey /LANG=0 ProductName Drawbridge
VIAddVersionKey /LANG=0 ProductVersion "${VERSION}"
VIAddVersionKey /LANG=0 FileVersion "${VERSION}"
VIAddVersionKey /LANG=0 FileDescription "Drawbridge Setup"
VIAddVersionKey /LANG=0 CompanyName "The Drawbridge authors"
VIAddVersionKey /LANG=0 LegalCopyright "Copyright (c) 2026 The Drawbridge authors. MIT licence."

!define MUI_ICON "${FILES}\..\drawbridge.ico"
!define MUI_UNICON "${FILES}\..\drawbridge.ico"
!define MUI_COMPONENTSPAGE_SMALLDESC
!define MUI_FINISHPAGE_NOAUTOCLOSE
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_TEXT $(RUN_NOW)
!define MUI_FINISHPAGE_RUN_FUNCTION start

!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_PAGE_CUSTOMFUNCTION_PRE skipIfRunning
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English
!insertmacro MUI_LANGUAGE SimpChinese
!include words-en.nsh
!include words-zh-Hans.nsh

Var had     ; "1": there was an icon, which runs again afterwards
Var report  ; what a program has said

; put installs FILE of FILES, also while it runs: a program that runs can have another name, but not other contents.
!macro put FILE
	Push "$INSTDIR\${FILE}"
	Call free
	File "${FILES}\${FILE}"
!macroend
!define put "!insertmacro put"

; ours has the command in $0 as $0 if it starts something from our folder, and else makes it empty.
!macro ours
	StrLen $1 "$INSTDIR\"
	StrCpy $2 $0 $1
	StrCpy $3 $0 $1 1 ; behind a quotation mark
	${If} $2 != "$INSTDIR\"
	${AndIf} $3 != "$INSTDIR\"
		StrCpy $0 ""
	${EndIf}
!macroend

; forget removes a value of the registry that starts something from our folder, and no other.
!macro forget KEY VALUE
	ReadRegStr $0 HKCU "${KEY}" "${VALUE}"
	!insertmacro ours
	${If} $0 != ""
		DeleteRegValue HKCU "${KEY}" "${VALUE}"
	${EndIf}
!macroend
!define forget "!insertmacro forget"

Section Drawbridge programs
	SectionIn RO
	InitPluginsDir
	SetOutPath $PLUGINSDIR
	File "/oname=setup.exe" "${SETUP}"
	DetailPrint $(ENDING)
	ExecWait '"$PLUGINSDIR\setup.exe" end "$INSTDIR"' $0
	StrCpy $had 0
	${If} $0 = ${ICON}
		StrCpy $had 1
	${EndIf}

	SetOutPath $INSTDIR
	Delete "$INSTDIR\*.old?" ; of earlier upgrades
	${put} drawbridge.exe
	${put} drawbridge-pac.exe
	${put} drawbridge-tray.exe
	${put} drawbridge-window.exe
	${put} LICENSE.txt
	${put} NOTICES.txt
	WriteUninstaller "$INSTDIR\uninstall.exe"
	CreateShortcut "$SMPROGRAMS\Drawbridge.lnk" "$INSTDIR\drawbridge-tray.exe" "" "" "" "" "" $(WHAT_IT_IS)

	WriteRegStr HKCU "${KEY}" DisplayName Drawbridge
	WriteRegStr HKCU "${KEY}" DisplayVersion "${VERSION}"
	WriteRegStr HKCU "${KEY}" DisplayIcon "$INSTDIR\drawbridge-tray.exe"
	WriteRegStr HKCU "${KEY}" Publisher "The Drawbridge authors"
	WriteRegStr HKCU "${KEY}" InstallLocation "$INSTDIR"
	WriteRegStr HKCU "${KEY}" UninstallString '"$INSTDIR\uninstall.exe"'
	WriteRegStr HKCU "${KEY}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
	WriteRegDWORD HKCU "${KEY}" NoModify 1
	WriteRegDWORD HKCU "${KEY}" NoRepair 1
	${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
	WriteRegDWORD HKCU "${KEY}" EstimatedSize $0
SectionEnd

; The value is the one that the window's tick writes, in package autostart.
Section /o $(AT_LOGIN) atLogin
	ReadRegStr $0 HKCU "${LOGIN}\Run" Drawbridge
	${If} $0 == "" ; else a veto in Windows' own settings stays
		DeleteRegValue HKCU "${APPROVED}" Drawbridge
	${EndIf}
	WriteRegStr HKCU "${LOGIN}\Run" Drawbridge '"$INSTDIR\drawbridge-tray.exe" --at-login'
SectionEnd

Section /o $(ON_PATH) onPath
	nsExec::ExecToLog '"$PLUGINSDIR\setup.exe" path add "$INSTDIR"'
	Pop $0
	WriteRegDWORD HKCU "${KEY}" OnPath 1
SectionEnd

; What is no longer chosen is taken back; then the icon comes back, if it was there.
Section -end
	${IfNot} ${SectionIsSelected} ${atLogin}
		${forget} "${LOGIN}\Run" Drawbridge
	${EndIf}
	${IfNot} ${SectionIsSelected} ${onPath}
		Call leavePath
	${EndIf}
	SetOutPath $TEMP ; so that nothing that is started holds the folder
	${If} $had = 1
		Exec '"$INSTDIR\drawbridge-tray.exe" --hidden'
	${EndIf}
SectionEnd

Function .onInit
	Call language
	ReadRegStr $0 HKCU "${LOGIN}\Run" Drawbridge
	${If} $0 != ""
		!insertmacro SelectSection ${atLogin}
	${EndIf}
	ReadRegDWORD $0 HKCU "${KEY}" OnPath
	${If} $0 = 1
		!insertmacro SelectSection ${onPath}
	${EndIf}
	${GetParameters} $0
	${GetOptions} $0 "/AUTOSTART=" $1
	${Select} $1
	${Case} 1
		!insertmacro SelectSection ${atLogin}
	${Case} 0
		!insertmacro UnselectSection ${atLogin}
	${EndSelect}
	${GetOptions} $0 "/ADDPATH=" $1
	${Select} $1
	${Case} 1
		!insertmacro SelectSection ${onPath}
	${Case} 0
		!insertmacro UnselectSection ${onPath}
	${EndSelect}
FunctionEnd

!macro language
	${GetParameters} $0
	ClearErrors
	${GetOptions} $0 "/LANG=" $1
	${IfNot} ${Errors}
		StrCpy $LANGUAGE $1
	${EndIf}
!macroend

Function language
	!insertmacro language
FunctionEnd

; free makes room for the file whose path is on the stack.
Function free
	Exch $0
	Push $1
	ClearErrors
	Delete $0
	${If} ${Errors}
		${ForEach} $1 1 9 + 1
			ClearErrors
			Rename $0 "$0.old$1"
			${IfNot} ${Errors}
				${ExitFor}
			${EndIf}
		${Next}
	${EndIf}
	Pop $1
	Pop $0
FunctionEnd

Function leavePath
	ReadRegDWORD $0 HKCU "${KEY}" OnPath
	${If} $0 = 1
		nsExec::ExecToLog '"$PLUGINSDIR\setup.exe" path remove "$INSTDIR"'
		Pop $0
		DeleteRegValue HKCU "${KEY}" OnPath
	${EndIf}
FunctionEnd

Function skipIfRunning
	${If} $had = 1
		Abort ; it runs already, so there is nothing left to ask
	${EndIf}
FunctionEnd

Function start
	Exec '"$INSTDIR\drawbridge-tray.exe"'
FunctionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
	!insertmacro MUI_DESCRIPTION_TEXT ${programs} $(ABOUT_PROGRAMS)
	!insertmacro MUI_DESCRIPTION_TEXT ${atLogin} $(ABOUT_AT_LOGIN)
	!insertmacro MUI_DESCRIPTION_TEXT ${onPath} $(ABOUT_ON_PATH)
!insertmacro MUI_FUNCTION_DESCRIPTION_END

; The programs end first, and the system's own proxy is back before anything is removed that could give it back.
Section un.Drawbridge un.programs
	SectionIn RO
	InitPluginsDir
	SetOutPath $PLUGINSDIR
	File "/oname=setup.exe" "${SETUP}"
	DetailPrint $(ENDING)
	again:
	ReadRegStr $0 HKLM "${SERVICE}" ImagePath ; an administrator's to take away
	!insertmacro ours
	${If} $0 == ""
		ExecWait '"$PLUGINSDIR\setup.exe" end-all "$INSTDIR"' $0
	${EndIf}
	${If} $0 != 0
	${AndIf} $0 != ${ICON}
		MessageBox MB_RETRYCANCEL|MB_ICONSTOP $(NOT_ENDED) /SD IDCANCEL IDRETRY again
		SetErrorLevel ${EXIT_RUNNING}
		Quit
	${EndIf}
	Call un.heal

	${forget} "${LOGIN}\Run" Drawbridge
	ReadRegStr $0 HKCU "${LOGIN}\Run" Drawbridge
	${If} $0 == ""
		DeleteRegValue HKCU "${APPROVED}" Drawbridge
	${EndIf}
	${forget} "${LOGIN}\RunOnce" Drawbridge.Heal
	ReadRegDWORD $0 HKCU "${KEY}" OnPath
	${If} $0 = 1
		nsExec::ExecToLog '"$PLUGINSDIR\setup.exe" path remove "$INSTDIR"'
		Pop $0
	${EndIf}
	DeleteRegKey HKCU "${KEY}"

	Delete "$SMPROGRAMS\Drawbridge.lnk"
	Delete "$INSTDIR\drawbridge*.exe"
	Delete "$INSTDIR\*.old?"
	Delete "$INSTDIR\LICENSE.txt"
	Delete "$INSTDIR\NOTICES.txt"
	Delete "$INSTDIR\uninstall.exe"
	SetOutPath $TEMP
	RMDir $INSTDIR ; with what somebody else has put there, it stays
	; What the programs remember is no loss.
	Delete "$LOCALAPPDATA\drawbridge\*.json"
	Delete "$LOCALAPPDATA\drawbridge\*.lock"
	Delete "$LOCALAPPDATA\drawbridge\*.window"
	Delete "$LOCALAPPDATA\drawbridge\control.sock"
	RMDir "$LOCALAPPDATA\drawbridge"
	; Fyne makes a folder for each program, in a folder for all, and a window that was killed has left what it said.
	RMDir /r "$APPDATA\fyne\${ID}"
	RMDir "$APPDATA\fyne"
	RMDir /r "$LOCALAPPDATA\fyne\${ID}"
	RMDir "$LOCALAPPDATA\fyne"
	Delete "$TEMP\drawbridge-window.exe-*"
SectionEnd

Section /o un.$(SETTINGS) un.settings
	RMDir /r "$APPDATA\drawbridge"
SectionEnd

Function un.onInit
	!insertmacro language
	${GetParameters} $0
	ClearErrors
	${GetOptions} $0 "/PURGE" $1
	${IfNot} ${Errors}
		!insertmacro SelectSection ${un.settings}
	${EndIf}
FunctionEnd

; heal gives back what a program that died has left behind, or ends the uninstaller, with everything still there.
Function un.heal
	${IfNot} ${FileExists} "$INSTDIR\drawbridge.exe"
		Return
	${EndIf}
	DetailPrint $(HEALING)
	again:
	nsExec::ExecToStack '"$INSTDIR\drawbridge.exe" heal'
	Pop $0
	Pop $report
	${If} $0 != 0
		MessageBox MB_RETRYCANCEL|MB_ICONSTOP $(NOT_HEALED) /SD IDCANCEL IDRETRY again
		SetErrorLevel ${EXIT_PROXY}
		Quit
	${EndIf}
FunctionEnd

!insertmacro MUI_UNFUNCTION_DESCRIPTION_BEGIN
	!insertmacro MUI_DESCRIPTION_TEXT ${un.programs} $(ABOUT_PROGRAMS)
	!insertmacro MUI_DESCRIPTION_TEXT ${un.settings} $(ABOUT_SETTINGS)
!insertmacro MUI_UNFUNCTION_DESCRIPTION_END
