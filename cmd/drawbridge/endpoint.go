package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/relay"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

func newEndpointCommand() *cobra.Command {
	var e endpoint
	cmd := &cobra.Command{
		Use:   "endpoint",
		Short: "Run the built-in SOCKS server on its own",
		Long: `Run a SOCKS 5, 4 and 4a server that connects directly, until Ctrl-C or SIGTERM: to try the bridge, or to
lend another machine this one's connection. Names are looked up on this machine. It needs no settings.`,
		Example: `  drawbridge endpoint
  drawbridge endpoint --listen 192.0.2.7:1080 --user anna --password-file ./password`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.run(cmd)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&e.listen, "listen", "l", "127.0.0.1:1080", "`ADDRESS` to listen on")
	f.BoolVar(&e.open, "open", false, "let other machines in without a login")
	f.StringVar(&e.user, "user", "", "ask clients for this user `NAME`")
	f.StringVar(&e.passwordFile, "password-file", "", "`FILE` whose first line is the password")
	f.BoolVar(&e.json, "json", false, "print events and logs as JSON, one object a line")
	f.BoolVarP(&e.verbose, "verbose", "v", false, "log requests that fail")
	_ = cmd.RegisterFlagCompletionFunc("listen", cobra.NoFileCompletions)
	return cmd
}

type endpoint struct {
	listen, user, passwordFile string
	open, json, verbose        bool
}

func (e *endpoint) run(cmd *cobra.Command) error {
	if (e.user == "") != (e.passwordFile == "") {
		return usageErrorf("--user and --password-file go together")
	}
	if err := bridge.CheckListen(e.listen, e.open || e.user != ""); err != nil {
		return usageError(err)
	}
	auth, err := e.auth()
	if err != nil {
		return err
	}
	l, err := bridge.Listen(e.listen)
	if err != nil {
		return err
	}
	var pump relay.Pump
	server := &socks.Server{Auth: auth, Log: e.log(cmd), Relay: func(client, target net.Conn) {
		// How a tunnel ends is its two sides' business.
		_ = pump.Tunnel(relay.Side{Wire: relay.NewWire(client)}, relay.Side{Wire: relay.NewWire(target)})
	}}
	stop := context.AfterFunc(cmd.Context(), func() { server.Close() })
	defer stop()
	out, address := cmd.OutOrStdout(), l.Addr().String()
	if e.json {
		err = event{Event: "listening", Addresses: []string{address}, Direct: true}.print(out)
	} else {
		_, err = fmt.Fprintf(out, "The built-in endpoint is on: %s\nIt connects directly.\nTry it: curl -x socks5h://%s http://example.com/\n", address, address)
	}
	if err != nil {
		return err
	}
	if err := server.Serve(l); !errors.Is(err, net.ErrClosed) {
		return err
	}
	server.Close() // returns when the last connection has ended
	pump.Close()
	if e.json {
		return event{Event: "stopped"}.print(out)
	}
	return nil
}

func (e *endpoint) auth() (func(user, password string) bool, error) {
	if e.user == "" {
		return nil, nil
	}
	text, err := os.ReadFile(e.passwordFile)
	if err != nil {
		return nil, usageErrorf("--password-file: %w", err)
	}
	password, _, _ := strings.Cut(string(text), "\n")
	password = strings.TrimSuffix(password, "\r")
	if password == "" {
		return nil, usageErrorf("--password-file %s: its first line is empty", e.passwordFile)
	}
	return bridge.Login{User: e.user, Password: password}.Admits, nil
}

func (e *endpoint) log(cmd *cobra.Command) *slog.Logger {
	o := &slog.HandlerOptions{Level: slog.LevelInfo}
	if e.verbose {
		o.Level = slog.LevelDebug
	}
	if e.json {
		return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), o))
	}
	return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), o))
}
