[assembly: CollectionBehavior(DisableTestParallelization = true)] // there is one meter in a process, and each test counts what comes through it
