print("callark")
