//go:build linux

package main

import (
	"math"
	"strings"
	"testing"
)

func TestSpread(t *testing.T) {
	for _, tt := range []struct {
		in   []float64
		want Spread
	}{
		{nil, Spread{}},
		{[]float64{3}, Spread{1, 3, 3, 3}},
		{[]float64{9, 1, 4}, Spread{3, 4, 1, 9}},
		{[]float64{4, 1, 2, 9}, Spread{4, 3, 1, 9}},
	} {
		if got := spread(tt.in); got != tt.want {
			t.Errorf("spread(%v) = %+v, want %+v", tt.in, got, tt.want)
		}
	}
}

// A noisy round that halves both programs must not change the ratio, which is what taking turns is for.
func TestRatioIsOfTheSameRound(t *testing.T) {
	f := &Figure{}
	for _, round := range [][2]float64{{98, 100}, {49, 50}, {196, 200}} {
		f.add(judged, round[0])
		f.add(baseline, round[1])
	}
	got := f.ratio(judged)
	if got.N != 3 || math.Abs(got.Min-0.98) > 1e-9 || math.Abs(got.Max-0.98) > 1e-9 {
		t.Errorf("ratio = %+v, want three of 0.98", got)
	}
}

func TestRatioWithoutRelay(t *testing.T) {
	f := &Figure{}
	f.add(judged, 5)
	if got := f.ratio(judged); got.N != 0 {
		t.Errorf("ratio to a relay that has nothing = %+v, want none", got)
	}
	f.add(baseline, 0)
	if got := f.ratio(judged); got.N != 0 {
		t.Errorf("ratio to zero = %+v, want none", got)
	}
}

func TestVerdict(t *testing.T) {
	for _, tt := range []struct {
		name    string
		need    Need
		own     []float64
		base    []float64
		program string
		want    string
	}{
		{"ratio reached", ratioAtLeast(0.95), []float64{95, 99, 90}, []float64{100, 100, 100}, judged, "ok"},
		{"ratio missed", ratioAtLeast(0.95), []float64{94, 99, 90}, []float64{100, 100, 100}, judged, "misses 0.95"},
		{"cost within", ratioAtMost(1.1), []float64{1.1}, []float64{1}, judged, "ok"},
		{"cost over", ratioAtMost(1.1), []float64{1.2}, []float64{1}, judged, "misses 1.1"},
		{"limit kept", atMost(12), []float64{11, 12, 30}, nil, judged, "ok"},
		{"limit passed", atMost(12), []float64{11, 12.5, 30}, nil, judged, "misses 12"},
		{"nothing asked", Need{}, []float64{1}, []float64{1}, judged, ""},
		{"nothing measured", ratioAtLeast(1), nil, []float64{1}, judged, ""},
		{"others are not judged", atMost(1), []float64{5}, nil, "privoxy", ""},
	} {
		f := &Figure{Need: tt.need}
		for _, v := range tt.own {
			f.add(tt.program, v)
		}
		for _, v := range tt.base {
			f.add(baseline, v)
		}
		if got := f.verdict(tt.program); got != tt.want {
			t.Errorf("%s: verdict = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestFailureTakesTheSamplesBack(t *testing.T) {
	f := &Figure{Need: atMost(8)}
	f.add(judged, 1)
	f.fail(judged, "answered 501")
	if got := f.verdict(judged); got != "misses 8" {
		t.Errorf("verdict = %q, want %q", got, "misses 8")
	}
	if len(f.Samples[judged]) != 0 {
		t.Error("samples of a program that failed are still there")
	}
}

func TestNumber(t *testing.T) {
	for in, want := range map[float64]string{
		0: "0", 2: "2", 64: "64", 0.0421: "0.042", 1.254: "1.25", 31.42: "31.4", 218.4: "218", 61204.4: "61,204", 1234567: "1,234,567",
	} {
		if got := number(in); got != want {
			t.Errorf("number(%v) = %q, want %q", in, got, want)
		}
	}
}

func TestListeningLine(t *testing.T) {
	p := drawbridge("")
	for in, want := range map[string]string{
		`{"event":"listening","addresses":["127.0.0.1:4711"]}`: "127.0.0.1:4711",
		`{"event":"upstream","state":"up"}`:                    "",
		`listening`:                                            "",
	} {
		if got, ok := p.announces([]byte(in + "\n")); got != want || ok != (want != "") {
			t.Errorf("announces(%s) = %q, %v, want %q", in, got, ok, want)
		}
	}
}

func TestTableText(t *testing.T) {
	tab := &Table{Work: "get1k", Title: "GET of 1 KiB", Programs: []string{judged, baseline, "straight", "gost"}}
	f := tab.figure("requests", "/s", ratioAtLeast(0.9))
	for i := range 3 {
		f.add(judged, 900+float64(i))
		f.add(baseline, 1000)
	}
	f.fail("gost", "answered 400")
	const want = `get1k: GET of 1 KiB
  figure    program     median  unit  to relay  min–max    verdict
  requests  drawbridge     901  /s        0.90  0.90–0.90  ok (≥ 0.9 ×)
            relay        1,000  /s
            straight         –
            gost         fails
  gost fails: answered 400
`
	if got := tab.text(); got != want {
		t.Errorf("text:\n%s\nwant:\n%s", got, want)
	}
	const wantMarkdown = `| requests, /s | 901 (0.90 ×) | 1,000 | – | fails | ≥ 0.9 ×: ok |`
	if got := tab.markdown(); !strings.Contains(got, wantMarkdown) {
		t.Errorf("markdown:\n%s\nwant the line:\n%s", got, wantMarkdown)
	}
	if tab.misses() != 0 {
		t.Errorf("misses = %d, want 0", tab.misses())
	}
}
