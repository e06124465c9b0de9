// Package traytest is a desktop for tests: a session's bus of a test's own, a panel that takes note of icons, and hands
// to look at an icon and to click it and its menu. It needs dbus-daemon, and no display. Where desktops have no such
// bus it is empty.
package traytest
