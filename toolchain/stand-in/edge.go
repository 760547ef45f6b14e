package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// entered are the ports at which visitors come in.
var entered = map[string]bool{"80": true, "443": true}

const patience = 5 * time.Second

// origin is where a site is served, one address per family ("[3fff::1]", "198.18.0.1").
type origin struct{ six, four string }

func origins(words []string) origin {
	var found origin
	for _, word := range words {
		if strings.HasPrefix(word, "[") {
			found.six = word
		} else {
			found.four = word
		}
	}
	return found
}

// sites reads JIYUE_SITES ("name,[address],address ..."): where each site by name is served.
func sites() map[string]origin {
	found := map[string]origin{}
	for _, word := range strings.Fields(os.Getenv("JIYUE_SITES")) {
		parts := strings.Split(word, ",")
		found[parts[0]] = origins(parts[1:])
	}
	return found
}

// relay hands every connection on to where the site that it asks for is served, in the family in which it came; a name
// that is not listed goes to `other`. Nothing is decrypted or changed: certificates stay with the host of the sites,
// and so does every answer. Each is said on the standard output with who came, so that the log tells whose packets
// got here.
func relay(port string, other origin, named map[string]origin) error {
	server, err := net.Listen("tcp", ":"+port)
	if err != nil {
		return err
	}
	for {
		visitor, err := server.Accept()
		if err != nil {
			return err
		}
		go hand(visitor.(*net.TCPConn), port, other, named)
	}
}

func hand(visitor *net.TCPConn, port string, other origin, named map[string]origin) {
	defer visitor.Close()
	_ = visitor.SetReadDeadline(time.Now().Add(patience))
	name, seen := asked(visitor, port)
	_ = visitor.SetReadDeadline(time.Time{})
	if len(seen) == 0 {
		fmt.Println("edge:", visitor.RemoteAddr(), "said nothing")
		return
	}
	to, listed := named[name]
	if !listed {
		to = other
	}
	address := to.six
	if visitor.RemoteAddr().(*net.TCPAddr).IP.To4() != nil {
		address = to.four
	}
	found, err := net.DialTimeout("tcp", address+":"+port, patience)
	if err != nil {
		fmt.Println("edge:", visitor.RemoteAddr(), err)
		return
	}
	host := found.(*net.TCPConn)
	defer host.Close()
	fmt.Println("edge:", visitor.RemoteAddr(), "to", host.RemoteAddr())
	if _, err := host.Write(seen); err != nil {
		return
	}
	done := make(chan struct{})
	go func() {
		pipe(host, visitor)
		close(done)
	}()
	pipe(visitor, host)
	<-done
}

// asked reads as much as tells the site: the name in a TLS greeting (RFC 6066) or the host of an HTTP request. It
// returns the name, empty when there is none, and all that was read.
func asked(visitor net.Conn, port string) (string, []byte) {
	var seen bytes.Buffer
	reading := io.TeeReader(io.LimitReader(visitor, 1<<14), &seen)
	name := ""
	if port == "443" {
		enough := errors.New("the name is known")
		_ = tls.Server(deaf{visitor, reading}, &tls.Config{
			GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
				name = hello.ServerName
				return nil, enough
			},
		}).Handshake()
	} else if request, err := http.ReadRequest(bufio.NewReader(reading)); err == nil {
		name, _, _ = strings.Cut(request.Host, ":")
	}
	return strings.ToLower(name), seen.Bytes()
}

// deaf is a connection of which only the greeting is read: nothing is ever said to it.
type deaf struct {
	net.Conn
	reading io.Reader
}

func (one deaf) Read(into []byte) (int, error)  { return one.reading.Read(into) }
func (one deaf) Write(said []byte) (int, error) { return 0, io.ErrClosedPipe }

// pipe copies until one side has said everything, and says so to the other.
func pipe(to, from *net.TCPConn) {
	_, _ = io.Copy(to, from)
	_ = to.CloseWrite()
}
