print("callark-simulator")
