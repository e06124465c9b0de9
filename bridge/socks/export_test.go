package socks

// Ready returns how many spares are waiting.
func (d *Dialer) Ready() int {
	d.spares.mu.Lock()
	defer d.spares.mu.Unlock()
	return len(d.spares.idle)
}
