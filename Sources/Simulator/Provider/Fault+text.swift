import Foundation

extension Fault {
    /// Changes the text of an answer, for faults that replace one place of it.
    func change(_ response: inout Response, to request: Request) {
        guard response.status == 200, case .bytes(let body) = response.body else { return }
        switch self {
        case .extraRow(let row):
            guard let end = body.lastRange(of: Data("]".utf8)) else { return }
            let isFirst = body[..<end.lowerBound].last == UInt8(ascii: "[")
            let text = (isFirst ? "" : ",") + Self.filled(row, request)
            response.body = .bytes(body[..<end.lowerBound] + Data(text.utf8) + body[end.lowerBound...])
        case .replaced(let text, let other):
            let changed = String(decoding: body, as: UTF8.self).replacing(text, with: other)
            response.body = .bytes(Data(changed.utf8))
        default: break
        }
    }

    private static func filled(_ row: String, _ request: Request) -> String {
        let from = request.parameter("from") ?? ""
        let to = request.parameter("to") ?? ""
        return row.replacing("{from}", with: from).replacing("{to}", with: to)
            .replacing("{to+1}", with: Int64(to).map { String($0 &+ 1) } ?? "")
    }
}

extension Data {
    fileprivate func lastRange(of text: Data) -> Range<Index>? { range(of: text, options: .backwards) }
}
