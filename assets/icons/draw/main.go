// Draw makes every picture of the program from the hand-drawn SVG in
// assets/icons/source; `make icons` runs it. The same sources always give the
// same bytes.
//
// It reads only what the sources need: path elements of straight lines and
// circular arcs (the commands M, L, H, V, A and Z), filled or stroked.
//
// A sign is snapped to the pixels of each size, so that its strokes are sharp
// where a panel shows it. A window icon is written as the outline of its
// strokes, because Fyne gives fills the colour of its theme and leaves strokes
// as they are.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	dir := flag.String("dir", "assets/icons", "the folder that holds source, and gets the pictures")
	flag.Parse()
	if err := drawAll(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "draw:", err)
		os.Exit(1)
	}
}

// drawAll reads dir/source and writes tray, window and app beside it.
func drawAll(dir string) error {
	sources, err := filepath.Glob(filepath.Join(dir, "source", "*.svg"))
	if err != nil {
		return err
	}
	if len(sources) == 0 {
		return fmt.Errorf("%s/source: no SVG in it", dir)
	}
	for _, made := range []string{"tray", "window", "app"} {
		if err := os.RemoveAll(filepath.Join(dir, made)); err != nil {
			return err
		}
	}
	drawings := make(map[string]*drawing, len(sources))
	out := folder(dir)
	for _, source := range sources {
		d, err := readDrawing(source)
		if err != nil {
			return fmt.Errorf("read %s: %w", source, err)
		}
		name := strings.TrimSuffix(filepath.Base(source), ".svg")
		drawings[name] = d
		if strings.HasPrefix(name, "app") {
			continue
		}
		if state, ok := strings.CutPrefix(name, "sign-"); ok {
			if err := drawSign(out, state, d); err != nil {
				return err
			}
		}
		if err := out.write(outlined(d), "window", name+".svg"); err != nil {
			return err
		}
	}
	svg, err := os.ReadFile(filepath.Join(dir, "source", "app.svg"))
	if err != nil {
		return err
	}
	if err := out.write(svg, "app", "drawbridge.svg"); err != nil {
		return err
	}
	return drawApp(out, drawings["app"], drawings["app-small"])
}

// A folder is where pictures go.
type folder string

func (f folder) write(data []byte, path ...string) error {
	name := filepath.Join(append([]string{string(f)}, path...)...)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o644)
}
