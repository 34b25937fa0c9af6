using Pwb.Fuzz.Running;

namespace Pwb.Fuzz;

internal static class Report
{
    public static string Text(Finding finding, string origin) => $"""
        FINDING {finding.Difference}
        found by: {origin}
        server:   {finding.Case.Server.Name}; first behaviour {Behaviours.At(finding.Case.FirstBehaviour)}
        pieces:   {finding.Segmentation.Name}
        input:    {Escaped.Text(finding.Case.Input)}
        hex:      {Convert.ToHexString(finding.Case.Input)}
        --- expected
        {finding.Expected}
        --- happened
        {finding.Observed}
        ---
        """;
}
