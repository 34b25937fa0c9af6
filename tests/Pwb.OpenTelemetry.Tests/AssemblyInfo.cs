// There is one meter in a process, and each test counts what comes through it.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
