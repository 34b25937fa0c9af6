using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Everything;

/// <summary>The tools that ask the client for something first: the call is repeated with what it was asked for.</summary>
internal static class InputTools
{
    private const string State = "asked";

    public static McpServerTool[] All { get; } =
    [
        Tools.Of("test_input_required_result_elicitation", Greet),
        Tools.Of("test_streaming_elicitation", Greet),
        Tools.Of("test_input_required_result_sampling", (RequestContext<CallToolRequestParams> context) =>
            Answer(context, "capital_question") is { } answer
                ? $"{answer.RawValue}"
                : throw new InputRequiredException(Sampling("capital_question", "What is the capital of France?"))),
        Tools.Of("test_input_required_result_list_roots", (RequestContext<CallToolRequestParams> context) =>
            Answer(context, "client_roots") is { } answer ? $"{answer.RawValue}" : throw new InputRequiredException(Roots())),
        Tools.Of("test_input_required_result_request_state", Confirm),
        Tools.Of("test_input_required_result_tampered_state", Confirm),
        Tools.Of("test_input_required_result_multiple_inputs", AskThree),
        Tools.Of("test_input_required_result_multi_round", AskTwice),
        Tools.Of("test_input_required_result_capabilities", AskWhatIsSupported),
    ];

    public static Dictionary<string, InputRequest> Elicitation(string key, string message, string member, bool isText = true) =>
        new()
        {
            [key] = InputRequest.ForElicitation(new ElicitRequestParams
            {
                Message = message,
                RequestedSchema = new ElicitRequestParams.RequestSchema
                {
                    Properties = new Dictionary<string, ElicitRequestParams.PrimitiveSchemaDefinition>
                    {
                        [member] = isText ? new ElicitRequestParams.StringSchema() : new ElicitRequestParams.BooleanSchema(),
                    },
                    Required = [member],
                },
            }),
        };

    private static string Greet(RequestContext<CallToolRequestParams> context)
    {
        if (Answer(context, "user_name") is not { } answer)
            throw new InputRequiredException(Elicitation("user_name", "What is your name?", "name"));

        return answer.RawValue.ValueKind == JsonValueKind.Object
            && answer.Deserialize(
                InputResponse.ElicitResultJsonTypeInfo)?.Content?.TryGetValue("name", out JsonElement name) is true
                ? $"Hello, {name}!"
                : throw new McpProtocolException("That is no name.", McpErrorCode.InvalidParams);
    }

    private static string Confirm(RequestContext<CallToolRequestParams> context)
    {
        if (Answer(context, "confirm") is null)
            throw new InputRequiredException(Elicitation("confirm", "Please confirm", "ok", isText: false), State);
        return context.Params.RequestState == State
            ? "state-ok"
            : throw new McpProtocolException("The state is not the one that was given.", McpErrorCode.InvalidParams);
    }

    private static string AskThree(RequestContext<CallToolRequestParams> context)
    {
        if (Answer(context, "user_name") is not null && Answer(context, "greeting") is not null
            && Answer(context, "client_roots") is not null) return "Done.";
        Dictionary<string, InputRequest> asked = new(Elicitation("user_name", "What is your name?", "name")
            .Concat(Sampling("greeting", "Generate a greeting")).Concat(Roots()));
        throw new InputRequiredException(asked, State);
    }

    private static string AskTwice(RequestContext<CallToolRequestParams> context)
    {
        if (Answer(context, "step2") is not null) return "Done.";
        throw Answer(context, "step1") is null
            ? new InputRequiredException(Elicitation("step1", "Step 1: What is your name?", "name"), "1")
            : new InputRequiredException(Elicitation("step2", "Step 2: What is your favorite color?", "color"), "2");
    }

    private static string AskWhatIsSupported(RequestContext<CallToolRequestParams> context)
    {
        ClientCapabilities? capabilities = context.JsonRpcRequest.Context?.ClientCapabilities;
        Dictionary<string, InputRequest> asked =
            capabilities?.Sampling is null ? [] : Sampling("greeting", "Generate a greeting");
        if (capabilities?.Elicitation is not null)
            asked = new(asked.Concat(Elicitation("user_name", "What is your name?", "name")));
        return asked.Count == 0 ? "The client supports nothing." : throw new InputRequiredException(asked);
    }

    private static InputResponse? Answer(RequestContext<CallToolRequestParams> context, string key) =>
        context.Params.InputResponses?.TryGetValue(key, out InputResponse? answer) is true ? answer : null;

    private static Dictionary<string, InputRequest> Sampling(string key, string question) => new()
    {
        [key] = InputRequest.ForSampling(new CreateMessageRequestParams
        {
            Messages = [new SamplingMessage { Role = Role.User, Content = [new TextContentBlock { Text = question }] }],
            MaxTokens = 100,
        }),
    };

    private static Dictionary<string, InputRequest> Roots() =>
        new() { ["client_roots"] = InputRequest.ForRootsList(new ListRootsRequestParams()) };
}
