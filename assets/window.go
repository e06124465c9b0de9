package assets

import "embed"

//go:embed icons/window
var window embed.FS

// Icon gives a line icon of the window as a square SVG, black, which Fyne's
// themes can colour: "bridge", "copy", any file in assets/icons/window without
// its extension; "sign-" and a [Sign] is that sign. It panics if there is none
// of that name.
func Icon(name string) []byte {
	picture, err := window.ReadFile("icons/window/" + name + ".svg")
	if err != nil {
		panic(err)
	}
	return picture
}

//go:embed icons/app/drawbridge.svg
var app string

// App gives the application's icon as SVG, in its own colours.
func App() []byte { return []byte(app) }

var (
	//go:embed fonts/NotoSansSC-Regular.otf
	chinese []byte
	//go:embed fonts/NotoSansSC-Bold.otf
	chineseBold []byte
	//go:embed fonts/OFL.txt
	fontLicense string
)

// Chinese gives a font that has the characters of assets/words/zh-Hans.toml
// from U+2E80 on, and no Latin ones: as the first choice of a theme it leaves
// those to the next. Nobody may change the bytes.
func Chinese(bold bool) []byte {
	if bold {
		return chineseBold
	}
	return chinese
}

// FontLicense is the text under which [Chinese] is given on.
func FontLicense() string { return fontLicense }
