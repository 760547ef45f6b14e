module toolchain/stand-in

go 1.21
