// Stand-in is what the lab's real pods run in place of a vendor's function. It says so in every answer.
//
// It listens on every port that JIYUE_PORTS names ("tcp/80 udp/53"), so that a closed path is closed by a policy and
// not by the absence of a listener, over both families. Under the name "library" it keeps records (records.go).
// With the header Jiyue-Next it hands a request on, as the exchange zone does between two libraries. As an edge it
// hands whole connections on to the host of the sites, JIYUE_ORIGIN, in their own family (edge.go).
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const (
	saying = "stand-in for the vendor's function (替身，非厂商功能)"
	// nextHeader lists the hops still to go, "[address]:port" each, the first one next.
	nextHeader = "Jiyue-Next"
	longest    = 1 << 20
)

func main() {
	name := os.Getenv("JIYUE_FUNCTION")
	if name == "" {
		name = "unnamed"
	}
	handler := http.NewServeMux()
	handler.HandleFunc("/", answer(name))
	if name == "library" {
		keeper{folder: "/var/lib/data"}.routes(handler)
	}
	failures := make(chan error)
	for _, word := range strings.Fields(os.Getenv("JIYUE_PORTS")) {
		protocol, port, _ := strings.Cut(word, "/")
		if protocol == "udp" {
			go func() { failures <- echo(port) }()
			continue
		}
		if words := strings.Fields(os.Getenv("JIYUE_ORIGIN")); len(words) > 0 && entered[port] {
			go func() { failures <- relay(port, origins(words), sites()) }()
			continue
		}
		server := &http.Server{
			Addr:              ":" + port,
			Handler:           via(handler),
			ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout:       10 * time.Second,
		}
		go func() { failures <- server.ListenAndServe() }()
	}
	fmt.Println(name, saying)
	// Process 1 of a container ignores what it does not handle; without ports this is the pod's sandbox.
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	select {
	case <-ended:
	case err := <-failures:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// say writes one JSON answer; every one of them names the stand-in.
func say(out http.ResponseWriter, status int, facts map[string]any) {
	facts["stand_in"] = saying
	out.Header().Set("Content-Type", "application/json; charset=utf-8")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(facts)
}

func answer(name string) http.HandlerFunc {
	pod, _ := os.Hostname()
	return func(out http.ResponseWriter, in *http.Request) {
		say(out, http.StatusOK, map[string]any{"function": name, "pod": pod, "from": in.RemoteAddr})
	}
}

// via hands a request with hops to go to the first of them, and answers with what came back.
func via(local http.Handler) http.Handler {
	client := &http.Client{Timeout: 5 * time.Second}
	return http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		in.Body = http.MaxBytesReader(out, in.Body, longest)
		first, rest, _ := strings.Cut(in.Header.Get(nextHeader), ",")
		if first = strings.TrimSpace(first); first == "" {
			local.ServeHTTP(out, in)
			return
		}
		if _, _, err := net.SplitHostPort(first); err != nil {
			say(out, http.StatusBadRequest, map[string]any{"error": err.Error()})
			return
		}
		onward, err := http.NewRequestWithContext(in.Context(), in.Method, "http://"+first+in.URL.Path, in.Body)
		if err != nil {
			say(out, http.StatusBadRequest, map[string]any{"error": err.Error()})
			return
		}
		if strings.TrimSpace(rest) != "" {
			onward.Header.Set(nextHeader, rest)
		}
		reply, err := client.Do(onward)
		if err != nil {
			say(out, http.StatusBadGateway, map[string]any{"error": err.Error(), "next": first})
			return
		}
		defer reply.Body.Close()
		out.Header().Set("Content-Type", reply.Header.Get("Content-Type"))
		out.WriteHeader(reply.StatusCode)
		_, _ = io.Copy(out, io.LimitReader(reply.Body, longest))
	})
}

func echo(port string) error {
	socket, err := net.ListenPacket("udp", ":"+port)
	if err != nil {
		return err
	}
	buffer := make([]byte, 2048)
	for {
		_, from, err := socket.ReadFrom(buffer)
		if err != nil {
			return err
		}
		_, _ = socket.WriteTo([]byte(saying), from)
	}
}
