package service

// closeOnExec has nothing to do: nobody hands sockets over here.
func closeOnExec(int) {}
