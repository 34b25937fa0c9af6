namespace Pwb.Host;

/// <summary>The groups of options, in the order of the help.</summary>
internal enum OptionGroup
{
    Files,
    Fields,
    Proxying,
    Listening,
    Access,
    Tls,
    Log,
    Help,
}
