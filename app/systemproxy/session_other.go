//go:build !windows

package systemproxy

type session struct{}

func (*session) watch(func()) error { return nil }

func (*session) stop() {}
