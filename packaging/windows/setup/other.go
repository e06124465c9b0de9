//go:build !windows

package main

import "errors"

var errSystem = errors.New("this is for Windows")

func end(string, bool) (icon bool, err error) { return false, errSystem }

func changePath(func(string) string) error { return errSystem }
