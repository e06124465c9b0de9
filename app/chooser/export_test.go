package chooser

import "time"

// Age makes the last look at the source one of long ago.
func Age(c *Chooser) {
	c.script.mu.Lock()
	defer c.script.mu.Unlock()
	c.script.looked = time.Now().Add(-time.Hour)
}
