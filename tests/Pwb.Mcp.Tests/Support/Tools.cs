using System.ComponentModel;
using ModelContextProtocol.Server;

namespace Pwb.Mcp.Tests.Support;

/// <summary>Tools to call.</summary>
internal static class Tools
{
    public static McpServerTool Add() => Of("add", (int a, int b) => $"{a + b}");

    public static McpServerTool Of(string name, Delegate method) =>
        McpServerTool.Create(method, new McpServerToolCreateOptions { Name = name, Description = $"The tool {name}." });

    /// <summary>A tool that waits for its token, and tells when it began and when that was cancelled.</summary>
    public static McpServerTool Waiting(TaskCompletionSource began, TaskCompletionSource cancelled) =>
        Of("wait", async (CancellationToken token) =>
        {
            began.TrySetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            catch (OperationCanceledException)
            {
                cancelled.TrySetResult();
                throw;
            }
        });

    /// <summary>A tool some of whose arguments are repeated in fields.</summary>
    public static McpServerTool Located() => Of("locate", (
        [McpHeader("Region"), Description("Where.")] string? region = null,
        [McpHeader("Count"), Description("How many.")] long? count = null,
        [McpHeader("Exact"), Description("Whether it is meant.")] bool? exact = null,
        [Description("In no field.")] string? note = null) => $"{region} {count} {exact} {note}");
}
