//go:build !race

package window

const raceDetector = false
