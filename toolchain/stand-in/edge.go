package main

import (
	"fmt"
	"io"
	"net"
	"time"
)

// entered are the ports at which visitors come in.
var entered = map[string]bool{"80": true, "443": true}

const patience = 5 * time.Second

// relay hands every connection on as it is: certificates stay with the host of the sites, and so does every answer.
// Each is said on the standard output with who came, so that the log tells whose packets got here.
func relay(port string, origins []string) error {
	server, err := net.Listen("tcp", ":"+port)
	if err != nil {
		return err
	}
	for {
		visitor, err := server.Accept()
		if err != nil {
			return err
		}
		go hand(visitor.(*net.TCPConn), port, origins)
	}
}

func hand(visitor *net.TCPConn, port string, origins []string) {
	defer visitor.Close()
	for _, origin := range origins {
		found, err := net.DialTimeout("tcp", origin+":"+port, patience)
		if err != nil {
			fmt.Println("edge:", origin, err)
			continue
		}
		host := found.(*net.TCPConn)
		defer host.Close()
		fmt.Println("edge:", visitor.RemoteAddr(), "to", host.RemoteAddr())
		done := make(chan struct{})
		go func() {
			pipe(host, visitor)
			close(done)
		}()
		pipe(visitor, host)
		<-done
		return
	}
}

// pipe copies until one side has said everything, and says so to the other.
func pipe(to, from *net.TCPConn) {
	_, _ = io.Copy(to, from)
	_ = to.CloseWrite()
}
