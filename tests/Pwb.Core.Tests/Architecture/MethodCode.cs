using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Pwb.Tests.Architecture;

/// <summary>Reads a method's code: ECMA-335, III.</summary>
internal static class MethodCode
{
    private const byte TwoByteOpCode = 0xFE;

    private static readonly Dictionary<int, OperandType> OperandTypes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);

    /// <summary>The types, methods and fields that the instructions name.</summary>
    public static List<EntityHandle> Operands(BlobReader code)
    {
        List<EntityHandle> operands = [];
        while (code.RemainingBytes > 0)
        {
            int value = code.ReadByte();
            if (value == TwoByteOpCode) value = value << 8 | code.ReadByte();
            switch (OperandTypes[value])
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    operands.Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    code.Offset += 8;
                    break;
                case OperandType.InlineVar:
                    code.Offset += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    code.Offset += 1;
                    break;
                case OperandType.InlineNone:
                    break;
                default:
                    code.Offset += 4;
                    break;
            }
        }

        return operands;
    }
}
